// The first program, in C++: the header is valid C++ too.
#include <cstdio>
#include <vector>

#include "hingeline.h"

int main() {
    const std::size_t classes = 2, features = 3;
    std::vector<float> memory(hingeline_model_bytes(classes, features) / sizeof(float));
    hingeline_model model;
    hingeline_sgd sgd;
    const float x[] = {1.0f, 0.5f, -0.5f};
    std::size_t predicted = 0;
    hingeline_status status = hingeline_model_init(&model, memory.data(), memory.size() * sizeof(float), classes, features);
    if (status == HINGELINE_OK) {
        status = hingeline_sgd_init(&sgd, 1.0f, 1e-4f, 0.1f, 0.0f);
    }
    if (status == HINGELINE_OK) {
        status = hingeline_sgd_step(&sgd, &model, x, features, 1, 1.0f, nullptr);
    }
    if (status == HINGELINE_OK) {
        status = hingeline_model_predict(&model, x, features, &predicted);
    }
    std::printf("%s, class %zu\n", hingeline_status_name(status), predicted);
    return status == HINGELINE_OK && predicted == 1 ? 0 : 1;
}
