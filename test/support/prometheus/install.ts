import { installPrometheus } from "./installation.ts";

console.log(`The Python of Prometheus' parsers is ${installPrometheus()}.`);
