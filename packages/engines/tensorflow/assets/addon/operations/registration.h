// What each file of operations registers. Nothing is done where `status` already holds a failure.
#pragma once

#include "tensorflow/c/tf_status.h"

namespace gramkit {

void RegisterLstmCell(TF_Status* status);
void RegisterRowHashMask(TF_Status* status);
void RegisterPackedAttention(TF_Status* status);
void RegisterPackedDropout(TF_Status* status);
void RegisterPackedPooling(TF_Status* status);
void RegisterLayerNorm(TF_Status* status);
void RegisterBiasGelu(TF_Status* status);
void RegisterColumnSum(TF_Status* status);

}  // namespace gramkit
