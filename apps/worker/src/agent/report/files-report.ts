/** The heartbeat's part about model files: which are here, which are coming, where others get them. */
import { Injectable } from '@nestjs/common';
import type { Heartbeat } from '@corral/contracts';
import type { Observable } from 'rxjs';
import { ModelStoreService } from '../../models/model-store.service.js';
import { FetchesService } from '../../transfer/fetches.service.js';
import { FileServerService } from '../../transfer/file-server.service.js';

type Reported = 'models' | 'fetches' | 'fileServer';

@Injectable()
export class FilesReport {
  /** Something of it has changed. */
  readonly changes: Observable<void>;

  constructor(
    private readonly models: ModelStoreService,
    private readonly fetches: FetchesService,
    private readonly fileServer: FileServerService,
  ) {
    this.changes = models.changes;
  }

  observe(): Pick<Heartbeat, Reported> {
    return {
      models: this.models.list(),
      fetches: this.fetches.list(),
      fileServer: this.fileServer.describe(),
    };
  }
}
