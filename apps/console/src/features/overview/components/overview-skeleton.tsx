/** The outline of the overview while its first sample is on the way. */
export function OverviewSkeleton() {
  const block = 'animate-pulse rounded-xl border border-line bg-surface';
  return (
    <div aria-hidden className="flex flex-col gap-8">
      <div className="grid grid-cols-2 gap-3 sm:gap-4 lg:grid-cols-4">
        {['a', 'b', 'c', 'd'].map((key) => (
          <div key={key} className={`h-35 ${block}`} />
        ))}
      </div>
      <div className={`h-40 ${block}`} />
      <div className={`h-64 ${block}`} />
    </div>
  );
}
