import { render } from "preact";
import "./style/tokens.css";
import "./style/base.css";
import { App } from "./app/app.tsx";
import { followAddress } from "./watch/address.ts";
import { begin } from "./watch/begin.ts";

render(<App />, document.body);
followAddress();
await begin();
