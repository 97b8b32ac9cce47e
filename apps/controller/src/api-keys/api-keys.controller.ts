import { Body, Controller, Delete, Get, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import {
  createKeySchema,
  keyParamsSchema,
  rotateKeySchema,
  type ApiKeyView,
  type CreatedKey,
  type CreateKey,
  type KeyParams,
  type RotateKey,
} from '@corral/contracts/http';
import { RequiresRole } from '../common/access.decorator.js';
import { CurrentPrincipal } from '../common/current-principal.decorator.js';
import type { Principal } from '../common/principal.pure.js';
import { ApiKeysService } from './api-keys.service.js';

/** Everyone but viewers, who have nothing to ask models for; each for the keys that are theirs. */
@ApiTags('Keys')
@Controller('admin/v1/keys')
@RequiresRole('admin', 'lead', 'developer')
export class ApiKeysController {
  constructor(private readonly keys: ApiKeysService) {}

  @Get()
  async list(@CurrentPrincipal() asker: Principal): Promise<{ data: ApiKeyView[] }> {
    return { data: await this.keys.list(asker) };
  }

  @Get(':id')
  view(
    @CurrentPrincipal() asker: Principal,
    @Param({ schema: keyParamsSchema }) { id }: KeyParams,
  ): Promise<ApiKeyView> {
    return this.keys.view(asker, id);
  }

  @Post()
  create(
    @CurrentPrincipal() asker: Principal,
    @Body({ schema: createKeySchema }) body: CreateKey,
  ): Promise<CreatedKey> {
    return this.keys.create(asker, body);
  }

  @Post(':id/rotate')
  rotate(
    @CurrentPrincipal() asker: Principal,
    @Param({ schema: keyParamsSchema }) { id }: KeyParams,
    @Body({ schema: rotateKeySchema }) body: RotateKey,
  ): Promise<CreatedKey> {
    return this.keys.rotate(asker, id, body);
  }

  /** Revokes: the key stays in the list, and its usage in the books. */
  @Delete(':id')
  revoke(
    @CurrentPrincipal() asker: Principal,
    @Param({ schema: keyParamsSchema }) { id }: KeyParams,
  ): Promise<ApiKeyView> {
    return this.keys.revoke(asker, id);
  }
}
