import { BrandMark } from './brand-mark';

/** What the exported HTML shows until the page is alive: no words, so none in the wrong language. */
export function Splash() {
  return (
    <div className="grid min-h-dvh place-items-center" aria-hidden="true">
      <BrandMark className="size-10 animate-pulse" />
    </div>
  );
}
