import { options, render } from "preact";
import "./style/tokens.css";
import "./style/base.css";
import { App } from "./app/app.tsx";
import { keepTitle } from "./app/title.ts";
import { followAddress } from "./watch/address.ts";
import { begin } from "./watch/begin.ts";

// Events come in bursts; what they change is drawn once a frame.
options.debounceRendering = requestAnimationFrame;

keepTitle();
render(<App />, document.body);
followAddress();
await begin();
