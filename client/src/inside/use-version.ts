import { useEffect, useState } from "preact/hooks";

/** Something that counts its changes. */
interface Versioned {
  readonly version: number;
}

/** Its version, looked at from time to time while the page is seen, so that it is not drawn for each change. */
export function useVersion(of: Versioned, everyMs: number): number {
  const [version, setVersion] = useState(of.version);
  useEffect(() => {
    const look = () => {
      if (!document.hidden) setVersion(of.version);
    };
    look();
    const timer = setInterval(look, everyMs);
    return () => clearInterval(timer);
  }, [of, everyMs]);
  return version;
}
