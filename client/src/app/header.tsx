import "./header.css";
import { Connection } from "./connection.tsx";
import { href, route } from "./route.ts";
import { TokenMenu } from "./token-menu.tsx";
import { VIEWS } from "./views.ts";

/** The name, the views, and how the connection is. */
export function Header() {
  const { view } = route.value;
  return (
    <header class="top">
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <h1>thinkalong</h1>
      <nav aria-label="Views">
        {VIEWS.map(({ name, label }) => (
          <a key={name} href={href(name)} aria-current={name === view ? "page" : undefined}>
            {label}
          </a>
        ))}
      </nav>
      <div class="standing">
        <Connection />
        <TokenMenu />
      </div>
    </header>
  );
}
