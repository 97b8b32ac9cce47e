import { Body, Controller, Get, Param, Patch } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { updateUserSchema, type UpdateUser, type UserView } from '@corral/contracts/http';
import { RequiresRole, RequiresSignIn } from '../../common/access.decorator.js';
import { CurrentPrincipal } from '../../common/current-principal.decorator.js';
import type { Principal } from '../../common/principal.pure.js';
import { UsersService } from './users.service.js';

@ApiTags('Users')
@Controller('admin/v1/users')
@RequiresSignIn()
export class UsersController {
  constructor(private readonly users: UsersService) {}

  @Get()
  async list(@CurrentPrincipal() by: Principal): Promise<{ data: UserView[] }> {
    return { data: await this.users.list(by) };
  }

  @Get(':id')
  get(@CurrentPrincipal() by: Principal, @Param('id') id: string): Promise<UserView> {
    return this.users.view(by, id);
  }

  @Patch(':id')
  @RequiresRole('admin', 'lead')
  update(
    @CurrentPrincipal() by: Principal,
    @Param('id') id: string,
    @Body({ schema: updateUserSchema }) body: UpdateUser,
  ): Promise<UserView> {
    return this.users.update(by, id, body);
  }
}
