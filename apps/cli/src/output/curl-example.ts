/**
 * A request that can be pasted into a terminal. Without `apiKey` it reads the variable
 * `CORRAL_API_KEY`, so that no key has to be typed into a command line.
 */
export function curlExample(apiBaseUrl: string, model: string, apiKey?: string): string {
  const body = JSON.stringify({
    model,
    stream: true,
    temperature: 0,
    messages: [{ role: 'user', content: 'What is Corral?' }],
  });
  return [
    `  curl -N ${apiBaseUrl}/chat/completions \\`,
    `    -H "Authorization: Bearer ${apiKey ?? '$CORRAL_API_KEY'}" \\`,
    `    -H "Content-Type: application/json" \\`,
    `    -d '${body}'`,
  ].join('\n');
}
