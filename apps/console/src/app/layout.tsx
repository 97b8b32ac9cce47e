import type { Metadata, Viewport } from 'next';
import type { ReactNode } from 'react';
import { Providers } from '../components/page/providers';
import './globals.css';

export const metadata: Metadata = {
  title: 'Corral',
  description: 'A team’s own machines as one private LLM endpoint.',
  robots: { index: false },
  // Addresses can hold an invitation's token; the controller sends the same as a header.
  referrer: 'no-referrer',
};

export const viewport: Viewport = {
  themeColor: [
    { media: '(prefers-color-scheme: light)', color: '#ffffff' },
    { media: '(prefers-color-scheme: dark)', color: '#17181b' },
  ],
};

export default function RootLayout({ children }: { children: ReactNode }) {
  return (
    // public/appearance.js sets theme and language here before React takes over.
    <html lang="en" suppressHydrationWarning>
      <head>
        <script src="/appearance.js" />
      </head>
      <body>
        <noscript>Corral’s console needs JavaScript.</noscript>
        <Providers>{children}</Providers>
      </body>
    </html>
  );
}
