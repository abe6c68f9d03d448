import { afterAll, beforeAll } from "vitest";
import { LocalBackend } from "../../src/backends/local/local-backend.ts";
import { TinyModel } from "../support/tiny-model.ts";
import { describeContract } from "./contract.ts";

/** Units of one frame and of two, of one size and of any, with DeepStack and without. */
const FAMILIES = ["idefics3", "qwen3-vl"] as const;

const models = [
  ...FAMILIES.map((family) => ({ name: family, make: () => TinyModel.make(family) })),
  { name: "trained to think while it sees", make: () => TinyModel.make("qwen2.5-vl", "fp32", true) },
];

for (const { name, make } of models) {
  let model: TinyModel;
  beforeAll(async () => {
    model = await make();
  });
  afterAll(() => model[Symbol.asyncDispose]());
  describeContract(`a published checkpoint (${name})`, () => LocalBackend.start({ model: model.path }));
}
