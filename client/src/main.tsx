import { render } from "preact";
import "./style/tokens.css";
import "./style/base.css";
import { App } from "./app/app.tsx";
import { keepTitle } from "./app/title.ts";
import { followAddress } from "./watch/address.ts";
import { begin } from "./watch/begin.ts";

keepTitle();
render(<App />, document.body);
followAddress();
await begin();
