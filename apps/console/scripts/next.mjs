/** Runs Next.js with the arguments given, and never with its telemetry: nothing calls home. */
process.env.NEXT_TELEMETRY_DISABLED = '1';
await import('next/dist/bin/next');
