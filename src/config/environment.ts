import { type Document, type Scalar, visit } from "yaml";

/** The variables of a process. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A variable, or with a further `$` in front what only looks like one. */
const VARIABLE = /\$(\$?)\{([^}]*)\}/g;

/**
 * Puts environment variables in the place of `${NAME}` in all texts of a YAML file, but not in its keys. `$${NAME}`
 * stays `${NAME}`.
 *
 * @param onMissing told of each variable that is not set
 */
export function substituteVariables(
  document: Document,
  env: Environment,
  onMissing: (node: Scalar, message: string) => void,
): void {
  visit(document, {
    Scalar(key, node) {
      if (key === "key" || typeof node.value !== "string") return;
      node.value = node.value.replace(VARIABLE, (whole, escaped: string, name: string) => {
        if (escaped !== "") return whole.slice(1);
        const value = env[name];
        if (value !== undefined) return value;
        const message = `The environment variable ${JSON.stringify(name)} is not set. Set it, or write $\${…} for a text that only looks like one.`;
        onMissing(node, message);
        return "";
      });
    },
  });
}
