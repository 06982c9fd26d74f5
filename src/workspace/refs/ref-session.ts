import type { Repository } from "../repository/repository.ts";
import { gitFailure } from "../git/git-failure.ts";
import { RefGit } from "./ref-git.ts";

/** Long enough for the moves of one task and the next, short enough that no git stands by while agents work for minutes. */
const idleMs = 5_000;

const sessions = new WeakMap<Repository, RefSession>();

/**
 * Moves refs in one transaction: all or none.
 * @param commands - what `git update-ref -z --stdin` takes, so that any name is only a name
 * @returns what git says when it refuses; `undefined`: the refs have moved
 * @throws {TuttiError} `GIT_FAILED` when git could not be started or was killed: then they may have moved
 */
export async function moveRefs(repo: Repository, commands: string): Promise<string | undefined> {
  const session = sessions.get(repo) ?? new RefSession(repo);
  sessions.set(repo, session);
  return session.move(commands);
}

/**
 * Keeps one git for transaction after transaction. A task moves refs seven times within a second or so, and to start git costs
 * more than all that it does then. It holds no lock between two transactions.
 */
class RefSession {
  readonly #repo: Repository;
  #last: Promise<unknown> = Promise.resolve();
  #git: RefGit | undefined;
  #idle: NodeJS.Timeout | undefined;

  constructor(repo: Repository) {
    this.#repo = repo;
  }

  async move(commands: string): Promise<string | undefined> {
    const moved = this.#last.then(() => this.#transact(commands));
    this.#last = moved.catch(() => undefined);
    return moved;
  }

  async #transact(commands: string): Promise<string | undefined> {
    clearTimeout(this.#idle);
    const [known, fresh] = [this.#git, () => new RefGit(this.#repo)];
    let git = known ?? fresh();
    let answer = await git.transact(commands);
    // It had ended before it was asked.
    if (known !== undefined && answer.isUnheard) {
      git = fresh();
      answer = await git.transact(commands);
    }
    this.#git = git.isOver ? undefined : git;
    this.#idle = setTimeout(() => this.#endGit(), idleMs).unref();
    const { exitCode, stderr } = answer;
    if (exitCode === 0) return undefined;
    if (exitCode === 1 || exitCode === 128) return stderr;
    throw gitFailure({ ...git.whatRan, ...answer });
  }

  #endGit(): void {
    this.#git?.end();
    this.#git = undefined;
  }
}
