import "./app.css";
import { RaisedToasts } from "../alerts/raised-toasts.tsx";
import { DropTarget } from "../sources/drop-target.tsx";
import { UrlDialog } from "../sources/url-dialog.tsx";
import { Header } from "./header.tsx";
import { NoticeList } from "./notice-list.tsx";
import { route } from "./route.ts";
import { TokenDialog } from "./token-dialog.tsx";
import { VIEWS } from "./views.ts";

/** The whole page: what stands on every view, and the view. */
export function App() {
  const { view, of } = route.value;
  const { Body } = VIEWS.find(({ name }) => name === view) ?? VIEWS[0]!;
  return (
    <>
      <Header />
      <main id="main" tabIndex={-1}>
        <NoticeList />
        <Body of={of} />
      </main>
      <RaisedToasts />
      <DropTarget />
      <UrlDialog />
      <TokenDialog />
    </>
  );
}
