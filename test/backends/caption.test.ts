import { CaptionBackend } from "../support/caption-backend.ts";
import { describeContract } from "./contract.ts";

describeContract("a backend that shares nothing with the local one", async () => new CaptionBackend());
describeContract("a slow one", async () => new CaptionBackend({ wordMs: 3 }));
