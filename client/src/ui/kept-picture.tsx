import "./kept-picture.css";
import { useEffect, useRef, useState } from "preact/hooks";
import { server } from "../app/access.ts";

/**
 * A picture that the server keeps, fetched with the visitor's token once it is in sight. Where there is none any more, that is
 * said in its place.
 */
export function KeptPicture({ path, alt }: { readonly path: string; readonly alt: string }) {
  const place = useRef<HTMLSpanElement>(null);
  const [url, setUrl] = useState<string | null>(null);
  const [isGone, setGone] = useState(false);
  const asked = server.value;
  useEffect(() => {
    const stop = new AbortController();
    let made: string | null = null;
    setUrl(null);
    setGone(false);
    const fetchIt = async () => {
      try {
        made = URL.createObjectURL(await asked.picture(path, { signal: stop.signal }));
        if (stop.signal.aborted) URL.revokeObjectURL(made);
        else setUrl(made);
      } catch {
        // Whatever the reason is, there is no picture to show. It is part of something that tells its own problems.
        if (!stop.signal.aborted) setGone(true);
      }
    };
    const sight = new IntersectionObserver(
      (seen) => {
        if (!seen.some(({ isIntersecting }) => isIntersecting)) return;
        sight.disconnect();
        void fetchIt();
      },
      { rootMargin: "200px" },
    );
    sight.observe(place.current!);
    return () => {
      stop.abort();
      sight.disconnect();
      if (made !== null) URL.revokeObjectURL(made);
    };
  }, [path, asked]);
  return (
    <span class="kept-picture" ref={place}>
      {url !== null && <img src={url} alt={alt} />}
      {isGone && <span class="muted">no picture any more</span>}
    </span>
  );
}
