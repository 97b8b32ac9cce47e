'use client';
import { useState, type ReactNode } from 'react';
import { useTranslations } from 'next-intl';
import { Card } from '../../../components/page/card';
import { CodeBlock } from '../../../components/actions/code-block';
import { CommandLine } from '../../../components/actions/command-line';
import { Section } from '../../../components/page/section';
import { SegmentedControl } from '../../../components/actions/segmented-control';
import { keyCommand } from '../key-command.pure';
import {
  MODEL_PLACEHOLDER,
  SNIPPET_LANGUAGES,
  SNIPPET_NAMES,
  snippetFor,
  type SnippetLanguage,
} from '../snippets';

export interface ConnectCardProps {
  /** The deployment to show in the example; null where none is. */
  model: string | null;
  /** E-mail of a reader who has to ask an admin for a key; null: who reads this runs the cluster. */
  keyOwner: string | null;
}

/** What a developer pastes to get a first answer. */
export function ConnectCard({ model, keyOwner }: ConnectCardProps) {
  const t = useTranslations('connect');
  const [language, setLanguage] = useState<SnippetLanguage>('curl');
  const baseUrl = `${window.location.origin}/v1`;
  const createKey = keyCommand(keyOwner);
  const snippet = snippetFor(language, { baseUrl, model: model ?? MODEL_PLACEHOLDER });
  return (
    <Section title={t('title')}>
      <Card className="flex flex-col gap-4 p-4 sm:p-5">
        <p className="text-muted">{t('lead')}</p>
        <Setting name={t('baseUrl')}>
          <CommandLine text={baseUrl} what={t('baseUrl')} />
        </Setting>
        <Setting name={t('apiKey')} hint={t(keyOwner === null ? 'apiKeyHint' : 'askForKey')}>
          <CommandLine text={createKey} what={createKey} prompt />
          {keyOwner !== null && (
            <p className="mt-1.5 text-xs text-muted">
              {t.rich('keyByApi', {
                code: (chunks) => <code className="font-mono text-ink">{chunks}</code>,
              })}
            </p>
          )}
        </Setting>
        <div className="flex flex-col gap-2">
          <SegmentedControl<SnippetLanguage>
            legend={t('example')}
            value={language}
            onChange={setLanguage}
            segments={SNIPPET_LANGUAGES.map((value) => ({ value, label: SNIPPET_NAMES[value] }))}
          />
          <CodeBlock code={snippet} what={`${t('example')}: ${SNIPPET_NAMES[language]}`} />
          {model === null && (
            <p className="text-xs text-muted">
              {t(keyOwner === null ? 'noModel' : 'noModelYet', { placeholder: MODEL_PLACEHOLDER })}
            </p>
          )}
        </div>
      </Card>
    </Section>
  );
}

function Setting({ name, hint, children }: { name: string; hint?: string; children: ReactNode }) {
  return (
    <div>
      <p className="mb-1.5 text-xs font-medium text-muted">{name}</p>
      {hint !== undefined && <p className="mb-1.5 text-xs text-muted">{hint}</p>}
      {children}
    </div>
  );
}
