/** Who a commit is from. */
export type Identity = { readonly name: string; readonly email: string };

/** The identity of commits that nobody but us made: snapshots and rescues. */
const ownIdentity: Identity = { name: "Tutti", email: "tutti@localhost" };

/** Variables that make git commit without asking who we are. */
export function identityEnvironment(
  author: Identity = ownIdentity,
  committer: Identity = ownIdentity,
): Readonly<Record<string, string>> {
  return {
    GIT_AUTHOR_NAME: author.name,
    GIT_AUTHOR_EMAIL: author.email,
    GIT_COMMITTER_NAME: committer.name,
    GIT_COMMITTER_EMAIL: committer.email,
  };
}
