/** The config file: what may stand in it, reading it, and saying what is wrong with the line where it stands. */
export { ConfigError, type ConfigProblem } from "./config-error.ts";
export { type Config, inSnakeCase, limitsOf } from "./config-schema.ts";
export type { Environment } from "./environment.ts";
export { type ConfigFile, parseConfig, readConfig } from "./read-config.ts";
