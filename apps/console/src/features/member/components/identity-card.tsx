'use client';
import type { ReactNode } from 'react';
import { useTranslations } from 'next-intl';
import { Card } from '../../../components/page/card';
import { Section } from '../../../components/page/section';

export interface IdentityCardProps {
  name: string;
  email: string;
  role: 'lead' | 'developer';
  teamName: string;
}

/** Who one is here, and what that allows. */
export function IdentityCard({ name, email, role, teamName }: IdentityCardProps) {
  const t = useTranslations();
  return (
    <Section title={t('member.account')}>
      <Card className="p-4 sm:p-5">
        <dl className="flex flex-col gap-4">
          <Fact term={t('member.name')}>{name}</Fact>
          <Fact term={t('member.email')}>{email}</Fact>
          <Fact term={t('member.team')}>{teamName}</Fact>
          <Fact term={t('member.role')}>
            <p>{t(`roles.${role}`)}</p>
            <p className="mt-0.5 text-muted">{t(`member.may.${role}`)}</p>
          </Fact>
        </dl>
      </Card>
    </Section>
  );
}

function Fact({ term, children }: { term: string; children: ReactNode }) {
  return (
    <div>
      <dt className="text-xs font-medium text-muted">{term}</dt>
      <dd className="mt-0.5 wrap-anywhere">{children}</dd>
    </div>
  );
}
