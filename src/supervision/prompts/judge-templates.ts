import type { TuttiError } from "../../domain/errors.ts";
import { brokenTemplate, judgeTemplateSet, type JudgedTemplates } from "./check-template-set.ts";
import type { OpenTemplateEngine, TemplateFile } from "./template-engine/template-engine.ts";
import { TemplateSet } from "./template-set.ts";

export type JudgedFiles = JudgedTemplates & {
  /** Names of those that use a broken one: what is wrong with them is seen when that is mended. */
  readonly untried: readonly string[];
};

/** What is wrong with each of a project's templates, and not only with the first. */
export async function judgeTemplates(
  own: readonly TemplateFile[],
  openEngine: OpenTemplateEngine,
): Promise<JudgedFiles> {
  const { templates, broken, untried } = await openWhatCanBe(own, openEngine);
  const judged = await judgeTemplateSet(templates);
  return { warnings: judged.warnings, broken: [...broken, ...judged.broken], untried };
}

type Opened = Pick<JudgedFiles, "broken" | "untried"> & { readonly templates: TemplateSet };

/** The engine takes all files or none: what it can't read is taken out, and with it what uses that. */
async function openWhatCanBe(own: readonly TemplateFile[], openEngine: OpenTemplateEngine): Promise<Opened> {
  const broken: TuttiError[] = [];
  const untried: string[] = [];
  for (let files = own; ;) {
    try {
      return { templates: await TemplateSet.open(files, openEngine), broken, untried };
    } catch (thrown) {
      const error = brokenTemplate(thrown);
      const out = files.find(({ shownAs }) => shownAs === error.context["file"]);
      if (out === undefined) throw error;
      broken.push(error);
      const users = usersOf(files, out.name);
      untried.push(...users);
      files = files.filter(({ name }) => name !== out.name && !users.includes(name));
    }
  }
}

/** Names of templates that name another one, and of those that name these. */
function usersOf(files: readonly TemplateFile[], used: string): readonly string[] {
  const names = [used];
  for (const name of names) {
    const users = files.filter(({ text }) => text.includes(`"${name}"`) || text.includes(`'${name}'`));
    names.push(...users.map((file) => file.name).filter((user) => !names.includes(user)));
  }
  return names.slice(1);
}
