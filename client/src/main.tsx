import { options, render } from "preact";
import "./style/tokens.css";
import "./style/base.css";
import { App } from "./app/app.tsx";
import { begin } from "./watch/begin.ts";
import { hearVideo } from "./watch/hear-video.ts";

// Events come in bursts; what they change is drawn once a frame.
options.debounceRendering = requestAnimationFrame;

render(<App />, document.body);
hearVideo();
await begin();
