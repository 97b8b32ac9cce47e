/** The heartbeat's part about the work: which assignments are known, and how their replicas are. */
import { Injectable } from '@nestjs/common';
import type { Heartbeat } from '@corral/contracts';
import type { Observable } from 'rxjs';
import { GenerationService } from '../../generation/generation.service.js';
import { ReplicasService } from '../../supervisor/replicas.service.js';
import { ReconcileService } from '../reconcile.service.js';

type Reported = 'assignmentGeneration' | 'polite' | 'draining' | 'replicas' | 'heldPrefixes';

@Injectable()
export class WorkReport {
  /** Something of it has changed. */
  readonly changes: Observable<void>;

  constructor(
    private readonly reconcile: ReconcileService,
    private readonly generation: GenerationService,
    private readonly replicas: ReplicasService,
  ) {
    this.changes = replicas.changes;
  }

  observe(): Pick<Heartbeat, Reported> {
    return {
      assignmentGeneration: this.reconcile.generation,
      polite: this.reconcile.polite,
      draining: this.generation.draining,
      replicas: this.replicas.observe(),
      heldPrefixes: this.replicas.heldPrefixes(),
    };
  }
}
