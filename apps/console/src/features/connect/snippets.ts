/** A first request in the languages that most clients are written in, ready to paste. */

export const SNIPPET_LANGUAGES = ['curl', 'python', 'typescript'] as const;
export type SnippetLanguage = (typeof SNIPPET_LANGUAGES)[number];

export const SNIPPET_NAMES: Record<SnippetLanguage, string> = {
  curl: 'curl',
  python: 'Python',
  typescript: 'TypeScript',
};

/** Stands for a model's name where none is deployed. */
export const MODEL_PLACEHOLDER = 'my-model';

export interface SnippetTarget {
  /** Ends in `/v1`. */
  baseUrl: string;
  /** A deployment's name: letters, digits and `. _ : / -` only, so it needs no quoting anywhere. */
  model: string;
}

/**
 * The example. It reads the key from an environment variable, so that pasting it leaves no key in
 * a shell's history or a repository.
 */
export function snippetFor(language: SnippetLanguage, { baseUrl, model }: SnippetTarget): string {
  switch (language) {
    case 'curl':
      return [
        `curl ${baseUrl}/chat/completions \\`,
        `  -H "Authorization: Bearer $CORRAL_API_KEY" \\`,
        `  -H "Content-Type: application/json" \\`,
        `  -d '{`,
        `    "model": "${model}",`,
        `    "messages": [`,
        `      {"role": "user", "content": "Hello"}`,
        `    ]`,
        `  }'`,
      ].join('\n');
    case 'python':
      return [
        'import os',
        'from openai import OpenAI',
        '',
        'client = OpenAI(',
        `    base_url="${baseUrl}",`,
        '    api_key=os.environ["CORRAL_API_KEY"],',
        ')',
        'answer = client.chat.completions.create(',
        `    model="${model}",`,
        '    messages=[{"role": "user", "content": "Hello"}],',
        ')',
        'print(answer.choices[0].message.content)',
      ].join('\n');
    case 'typescript':
      return [
        "import OpenAI from 'openai';",
        '',
        'const client = new OpenAI({',
        `  baseURL: '${baseUrl}',`,
        '  apiKey: process.env.CORRAL_API_KEY,',
        '});',
        'const answer = await client.chat.completions.create({',
        `  model: '${model}',`,
        "  messages: [{ role: 'user', content: 'Hello' }],",
        '});',
        'console.log(answer.choices[0]?.message.content);',
      ].join('\n');
  }
}
