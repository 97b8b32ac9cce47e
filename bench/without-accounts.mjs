/**
 * Loaded before a controller (`node --import`), leaves limits and the ledger out of it: every
 * request is let in with nothing counted, and ends without being booked. For comparison only.
 */
import { Admission } from '../apps/controller/dist/quotas/leases/admission.js';
import { QuotasService } from '../apps/controller/dist/quotas/quotas.service.js';
import { LedgerWriter } from '../apps/controller/dist/ledger/settlement/ledger-writer.service.js';
import { SettlementService } from '../apps/controller/dist/ledger/settlement/settlement.service.js';
import { StreamProgressService } from '../apps/controller/dist/lost-requests/stream-progress.service.js';

QuotasService.prototype.admit = () =>
  new Admission({
    needs: [],
    at: new Date(),
    priority: 'interactive',
    tokens: Number.MAX_SAFE_INTEGER,
    desk: null,
    stepMicrodollars: 0,
  });
QuotasService.prototype.headersOf = () => ({});
SettlementService.prototype.opened = () => undefined;
SettlementService.prototype.settle = () => Promise.resolve();
StreamProgressService.prototype.reached = () => undefined;
// The other controller writes its own ledger.
LedgerWriter.prototype.onApplicationBootstrap = () => Promise.resolve();
