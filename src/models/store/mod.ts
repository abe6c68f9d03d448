/** The models of this machine: where converted checkpoints are kept, and how they get there. */
export { BUNDLE_CONVERTER } from "./bundle-converter.ts";
export type { BundleForecast, Conversion, Converter } from "./converter.ts";
export {
  dataFolder,
  type InstalledModel,
  type InstallOptions,
  type ModelOrigin,
  ModelStore,
  modelsFolder,
} from "./model-store.ts";
export { type Pulled, type PullOptions, type PullPlan, type PullStep, pullModel } from "./pull-model.ts";
export { type ResolveOptions, resolveModel } from "./resolve-model.ts";
