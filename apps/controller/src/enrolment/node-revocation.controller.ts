import { Controller, HttpCode, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { RevokedNode } from '@corral/contracts/http';
import { RequiresAdmin } from '../common/access.decorator.js';
import { CurrentPrincipal } from '../common/current-principal.decorator.js';
import type { Principal } from '../common/principal.pure.js';
import { NodeRevocationService } from './node-revocation.service.js';

@ApiTags('Nodes')
@Controller('admin/v1/nodes')
@RequiresAdmin()
export class NodeRevocationController {
  constructor(private readonly revocation: NodeRevocationService) {}

  @Post(':id/revoke')
  @HttpCode(200)
  revoke(@CurrentPrincipal() by: Principal, @Param('id') id: string): Promise<RevokedNode> {
    return this.revocation.revoke(by, id);
  }
}
