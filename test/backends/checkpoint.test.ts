import { afterAll, beforeAll } from "vitest";
import { LocalBackend } from "../../src/backends/local/local-backend.ts";
import { SEEING } from "../support/tiny-checkpoints.ts";
import { TinyModel } from "../support/tiny-model.ts";
import { describeContract } from "./contract.ts";

for (const family of SEEING) {
  let model: TinyModel;
  beforeAll(async () => {
    model = await TinyModel.make(family);
  });
  afterAll(() => model[Symbol.asyncDispose]());
  describeContract(`a published checkpoint (${family})`, () => LocalBackend.start({ model: model.path }));
}
