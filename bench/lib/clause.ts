/** The grammar of thoughts, which alerts use too. */
export {
  type Clause,
  NO_VERB,
  type Party,
  parseClauses,
  sayable,
  sayClause,
  VERBS,
} from "../../src/alerts/mod.ts";
