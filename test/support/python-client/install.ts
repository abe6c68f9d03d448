import { installClientPython } from "./installation.ts";

console.log(`The Python of the documented clients is in ${installClientPython()}.`);
