import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import {
  removeNodeQuerySchema,
  updateNodeSchema,
  type ConfirmedLost,
  type NodeView,
  type RemoveNodeQuery,
  type UpdateNode,
} from '@corral/contracts/http';
import { RequiresAdmin, RequiresRole } from '../common/access.decorator.js';
import { CurrentPrincipal } from '../common/current-principal.decorator.js';
import type { Principal } from '../common/principal.pure.js';
import { NodeAdminService } from './node-admin.service.js';
import { NodesService } from './nodes.service.js';

/** `:id` may be a name that only one node has. */
@ApiTags('Nodes')
@Controller('admin/v1/nodes')
@RequiresAdmin()
export class NodesController {
  constructor(
    private readonly nodes: NodesService,
    private readonly admin: NodeAdminService,
  ) {}

  @Get()
  @RequiresRole('admin', 'viewer')
  list(): { data: NodeView[] } {
    return { data: this.nodes.views() };
  }

  @Get(':id')
  @RequiresRole('admin', 'viewer')
  get(@Param('id') id: string): NodeView {
    return this.admin.view(id);
  }

  @Patch(':id')
  update(
    @CurrentPrincipal() by: Principal,
    @Param('id') id: string,
    @Body({ schema: updateNodeSchema }) body: UpdateNode,
  ): Promise<NodeView> {
    return this.admin.update(by, id, body);
  }

  @Post(':id/cordon')
  @HttpCode(200)
  cordon(@CurrentPrincipal() by: Principal, @Param('id') id: string): Promise<NodeView> {
    return this.admin.order(by, id, 'cordon');
  }

  @Post(':id/uncordon')
  @HttpCode(200)
  uncordon(@CurrentPrincipal() by: Principal, @Param('id') id: string): Promise<NodeView> {
    return this.admin.order(by, id, 'uncordon');
  }

  @Post(':id/drain')
  @HttpCode(200)
  drain(@CurrentPrincipal() by: Principal, @Param('id') id: string): Promise<NodeView> {
    return this.admin.order(by, id, 'drain');
  }

  @Post(':id/undrain')
  @HttpCode(200)
  undrain(@CurrentPrincipal() by: Principal, @Param('id') id: string): Promise<NodeView> {
    return this.admin.order(by, id, 'undrain');
  }

  @Delete(':id')
  @HttpCode(204)
  remove(
    @CurrentPrincipal() by: Principal,
    @Param('id') id: string,
    @Query({ schema: removeNodeQuerySchema }) { force }: RemoveNodeQuery,
  ): Promise<void> {
    return this.admin.remove(by, id, force);
  }

  /** The silent nodes that the brake holds are lost indeed: what they had moves elsewhere. */
  @Post('brake/release')
  @HttpCode(200)
  async releaseBrake(@CurrentPrincipal() by: Principal): Promise<ConfirmedLost> {
    return { nodeIds: await this.admin.confirmLost(by) };
  }
}
