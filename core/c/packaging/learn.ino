// Learns to tell three positions of the board apart, from three readings of a sensor and a label on the serial line:
// '0', '1' or '2' labels the current reading; otherwise the sketch only predicts.
#include <hingeline.h>

const size_t CLASSES = 3, FEATURES = 3;

hingeline_model model;
HINGELINE_MEMORY(memory, HINGELINE_MODEL_BYTES(CLASSES, FEATURES));
hingeline_sgd sgd;

void setup() {
  Serial.begin(115200);
  hingeline_status status = hingeline_model_init(&model, memory, sizeof memory, CLASSES, FEATURES);
  if (status == HINGELINE_OK) {
    status = hingeline_sgd_init(&sgd, 1.0f, 1e-4f, 0.05f, 0.0f);
  }
  Serial.println(hingeline_status_name(status));
}

void loop() {
  // Your sensor, scaled to about -1 to 1.
  const float x[FEATURES] = {analogRead(A0) / 512.0f - 1, analogRead(A1) / 512.0f - 1, analogRead(A2) / 512.0f - 1};
  size_t predicted;
  hingeline_status status = hingeline_model_predict(&model, x, FEATURES, &predicted);
  const int typed = Serial.read();
  if (status == HINGELINE_OK && typed >= '0' && typed < '0' + (int)CLASSES) {
    status = hingeline_sgd_step(&sgd, &model, x, FEATURES, typed - '0', 1.0f, NULL);
  }
  if (status == HINGELINE_OK) {
    Serial.println(predicted);
  } else {
    Serial.println(hingeline_status_name(status));
  }
  delay(200);
}
