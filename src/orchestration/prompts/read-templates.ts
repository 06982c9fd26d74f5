import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

import { TuttiError } from "../../domain/errors.ts";
import { brokenTemplate } from "../../supervision/prompts/check-template-set.ts";
import type { TemplateFile } from "../../supervision/prompts/template-engine/template-engine.ts";
import { templateFolder } from "../../supervision/prompts/template-set.ts";
import { readFilesAt, type Repository } from "../../workspace/index.ts";

const ending = ".md.j2";

/** A project's own templates as a commit holds them. @throws {TuttiError} `TEMPLATE_INVALID`, `GIT_FAILED` */
export async function readTemplates(repo: Repository, commit: string): Promise<readonly TemplateFile[]> {
  const files = await readFilesAt(repo, commit, templateFolder);
  return files.flatMap(({ path, text }) => templateOf(path, text));
}

/** What stands in the checkout: templates, and why other files there are none. */
export type CheckoutTemplates = { readonly templates: readonly TemplateFile[]; readonly broken: readonly TuttiError[] };

/** The same as they stand in the checkout. @param root - of the repository */
export async function readCheckoutTemplates(root: string): Promise<CheckoutTemplates> {
  const paths = await filesBelow(join(root, templateFolder));
  const [templates, broken]: [TemplateFile[], TuttiError[]] = [[], []];
  for (const path of paths) {
    const text = await readFile(join(root, templateFolder, path), "utf8");
    try {
      templates.push(...templateOf(`${templateFolder}/${path}`, text));
    } catch (thrown) {
      broken.push(brokenTemplate(thrown));
    }
  }
  return { templates, broken };
}

async function filesBelow(folder: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) =>
        join(entry.parentPath, entry.name)
          .slice(folder.length + 1)
          .replaceAll("\\", "/"),
      )
      .toSorted();
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw TuttiError.from(error, "TEMPLATE_INVALID");
  }
}

/** No template is longer: what is was put there by mistake. */
const maxLength = 100_000;

function templateOf(path: string, text: string): readonly TemplateFile[] {
  if (!path.endsWith(ending)) return isAside(path) ? [] : refuse(path, `a template's name ends in ${ending}`);
  if (text.length > maxLength) return refuse(path, `it is longer than ${maxLength} characters`);
  return [{ name: path.slice(templateFolder.length + 1), text, shownAs: path }];
}

/** A note for people, or what an editor or a file manager leaves. */
const isAside = (path: string): boolean => /(^|\/)(\.[^/]*|README[^/]*)$/i.test(path);

function refuse(path: string, why: string): never {
  throw new TuttiError("TEMPLATE_INVALID", `${path}, line 1: ${why}`, {
    hint: "Rename it, or move it out of the folder of templates",
    context: { file: path, line: 1 },
  });
}
