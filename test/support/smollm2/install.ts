import { buildSmollm2 } from "./installation.ts";

console.log(`SmolLM2-135M is in ${buildSmollm2()}.`);
