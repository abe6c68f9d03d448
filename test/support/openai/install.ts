import { installOpenai } from "./installation.ts";

console.log(`OpenAI's client for Python is installed for ${installOpenai()}.`);
