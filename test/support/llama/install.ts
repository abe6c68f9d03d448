import { installLlama } from "./installation.ts";

console.log(`The llama.cpp server of the tests is in ${installLlama().model}.`);
