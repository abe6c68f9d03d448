/** The main module of an inference process. */
import { serveInference } from "./inference-server.ts";

serveInference();
