/** The sign of Corral: an open fence around one thing. Decorative; the name stands beside it. */
export function BrandMark({ className = 'size-6' }: { className?: string }) {
  return (
    <svg viewBox="0 0 32 32" className={className} aria-hidden="true">
      <rect width="32" height="32" rx="8" className="fill-accent" />
      <path
        d="M22.5 11.2A8 8 0 1 0 22.5 20.8"
        fill="none"
        strokeWidth="3"
        strokeLinecap="round"
        className="stroke-on-accent"
      />
      <circle cx="16" cy="16" r="2.6" className="fill-on-accent" />
    </svg>
  );
}
