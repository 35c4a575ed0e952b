#!/usr/bin/env python3
"""Activations, normalizations and ends as Keras and tf2onnx write them.

    python keras_activation_models.py      needs numpy, tensorflow, tf2onnx and onnxruntime
"""
import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
import numpy as np
import tensorflow as tf
import tf2onnx

from record import Recorder

tf.keras.utils.set_random_seed(6)
record = Recorder("keras-activations")
L = tf.keras.layers
random = np.random.default_rng(9)


def mlp(*middle, units=3, end=None, shape=(4,), behind=()):
    return tf.keras.Sequential([L.Input(shape), L.Dense(5), *middle, L.Dense(units, activation=end), *behind])


models = {name: (mlp(L.Activation(name)), None)
          for name in ("silu", "selu", "softplus", "softsign", "hard_sigmoid", "relu6", "mish", "hard_silu")}
models |= dict(
    # tf2onnx writes GELU itself with an operator, Erfc, that ONNX does not have.
    gelu_tanh=(mlp(L.Activation(lambda x: tf.keras.activations.gelu(x, approximate=True))), None),
    elu=(mlp(L.ELU(alpha=0.6)), None), prelu=(mlp(L.PReLU(alpha_initializer="random_normal")), None),
    leaky=(mlp(L.LeakyReLU(negative_slope=0.2)), None), relu_most=(mlp(L.ReLU(max_value=1.5)), None),
    layer_norm=(mlp(L.LayerNormalization(), L.ReLU()), None), batch_norm=(mlp(L.BatchNormalization(), L.ReLU()), None),
    squeezed=(mlp(L.ReLU(), units=1, end="sigmoid", behind=(L.Flatten(),)), "one-vs-rest"),
    reshaped=(mlp(L.ReLU(), units=1, end="sigmoid", behind=(L.Reshape((1, 1)),)), "one-vs-rest"),
    hard_end=(mlp(L.ReLU(), units=1, end="hard_sigmoid"), "threshold"))
for name, (model, head) in models.items():
    shape = model.input_shape[1:]
    for layer in model.layers:
        if isinstance(layer, (L.BatchNormalization, L.LayerNormalization)):
            layer.set_weights([w + abs(random.normal(0, 0.3, w.shape)) for w in layer.get_weights()])
    signature = [tf.TensorSpec((None, *shape), tf.float32, name="x")]
    call = tf.function(lambda x: model(x, training=False), input_signature=signature)
    made, _ = tf2onnx.convert.from_function(call, input_signature=signature, opset=15)
    rows = random.normal(0, 2, (6, *shape)).astype(np.float32)
    record.keep(name.replace("_", "-"), made, rows, dict(scores=made.graph.output[0].name, head=head))
record.write()
