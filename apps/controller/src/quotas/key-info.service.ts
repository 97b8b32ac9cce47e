/** What a key may do, and what is left of every limit that holds for it. */
import { Injectable } from '@nestjs/common';
import type { KeyInfo, QuotaUse } from '@corral/contracts/http';
import type { AuthenticatedKey } from '../api-keys/authenticated-key.js';
import { limitsInForce } from './limits-in-force.pure.js';
import { QuotaAdminService } from './quota-admin.service.js';
import { subjectsOf } from './quota-policies.service.js';
import { QuotasRepository } from './quotas.repository.js';

@Injectable()
export class KeyInfoService {
  constructor(
    private readonly repository: QuotasRepository,
    private readonly quotas: QuotaAdminService,
  ) {}

  async of(key: AuthenticatedKey): Promise<KeyInfo> {
    const subjects = await Promise.all(
      subjectsOf(key).map(async (subject) => {
        const [named, limits] = await Promise.all([
          this.repository.find(subject, {}),
          this.repository.limitsOf(subject),
        ]);
        return { ...subject, name: named?.name ?? subject.id, limits };
      }),
    );
    const uses = await this.quotas.usesOf(subjects);
    const { allowedModels, ...inForce } = limitsInForce(subjects.map(({ limits }) => limits));
    const nameOf = (kind: string): string =>
      subjects.find((subject) => subject.kind === kind)?.name ?? '';
    return {
      id: key.keyId,
      name: key.name,
      team: { id: key.teamId, name: nameOf('team') },
      user: key.userId === null ? null : { id: key.userId, email: nameOf('user') },
      scopes: [...key.scopes],
      expiresAt: key.expiresAt?.toISOString() ?? null,
      allowedModels: allowedModels === null ? null : [...allowedModels].sort(),
      ...inForce,
      limits: [...uses].sort((a, b) => shareLeft(a) - shareLeft(b)),
    };
  }
}

/** Of the limit; the smallest binds first. */
function shareLeft({ limit, used, reserved }: QuotaUse): number {
  return limit === 0 ? 0 : (limit - used - reserved) / limit;
}
