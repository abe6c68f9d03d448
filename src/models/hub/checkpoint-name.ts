/** A checkpoint on the hub. */
export interface CheckpointName {
  /** `owner/name` */
  readonly id: string;
  /** A branch, a tag or a commit; null: none was named. */
  readonly revision: string | null;
}

/** The rules of the hub for names, so that a name is also a safe name of a folder. */
const PART = /^(?!.*(?:--|\.\.))[A-Za-z0-9_](?:[\w.-]{0,94}[A-Za-z0-9_])?$/;
const REVISION = /^(?!.*\.\.)[A-Za-z0-9_][\w./-]*$/;
const COMMIT = /^[0-9a-f]{40}$/;

/** Reads `owner/name` or `owner/name@revision`. Returns null for anything else. */
export function parseCheckpointName(text: string): CheckpointName | null {
  const [id = "", ...rest] = text.split("@");
  const parts = id.split("/");
  if (parts.length !== 2 || !parts.every((part) => PART.test(part))) return null;
  if (rest.length > 1 || (rest.length === 1 && !isRevision(rest[0]!))) return null;
  return { id, revision: rest[0] ?? null };
}

/** Whether a text can be the name of a branch, a tag or a commit. */
export function isRevision(text: string): boolean {
  return REVISION.test(text);
}

/** Whether a revision is a whole commit, which never changes. */
export function isCommit(revision: string): boolean {
  return COMMIT.test(revision);
}
