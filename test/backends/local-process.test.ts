import { LocalBackend } from "../../src/backends/local/mod.ts";
import { TINY_BUNDLE } from "../support/bundles.ts";
import { describeContract } from "./contract.ts";

describeContract("the local backend in a process of its own", () =>
  LocalBackend.start({ model: TINY_BUNDLE, isolation: "process" }),
);
