/**
 * Who may call a route. Every route declares it, on itself or on its controller; a route that does
 * not is refused when the application starts.
 */
import { SetMetadata, type CustomDecorator } from '@nestjs/common';

/**
 * - `public`: anybody.
 * - `api_key`: a valid API key. Cookies and the admin token count for nothing.
 * - `admin`: a signed-in admin, or the admin token. API keys count for nothing.
 */
export type Access = 'public' | 'api_key' | 'admin';

export const ACCESS_METADATA = 'corral:access';

export const Public = (): CustomDecorator =>
  SetMetadata(ACCESS_METADATA, 'public' satisfies Access);
export const RequiresApiKey = (): CustomDecorator =>
  SetMetadata(ACCESS_METADATA, 'api_key' satisfies Access);
export const RequiresAdmin = (): CustomDecorator =>
  SetMetadata(ACCESS_METADATA, 'admin' satisfies Access);
