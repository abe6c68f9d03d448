/** Asks the server in this container whether it lives. Exit code 0: it does. It may speak TLS, with a certificate of any name. */
import { get as getHttp } from "node:http";
import { get as getHttps } from "node:https";

const port = process.env.THINKALONG_PORT ?? "8080";
const PATIENCE_MS = 4000;

const asks = (get, scheme) =>
  new Promise((resolve) => {
    const options = { rejectUnauthorized: false, timeout: PATIENCE_MS };
    const request = get(`${scheme}://127.0.0.1:${port}/healthz`, options, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.on("timeout", () => request.destroy()).on("error", () => resolve(false));
  });

process.exit((await asks(getHttp, "http")) || (await asks(getHttps, "https")) ? 0 : 1);
