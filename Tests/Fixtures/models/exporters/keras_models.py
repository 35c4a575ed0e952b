#!/usr/bin/env python3
"""Networks as Keras and tf2onnx write them.

    python keras_models.py      needs numpy, tensorflow, tf2onnx and onnxruntime
"""
import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
import numpy as np
import tensorflow as tf
import tf2onnx

from record import Recorder

tf.keras.utils.set_random_seed(4)
record = Recorder("keras")
L = tf.keras.layers


def mlp(function, end):
    return tf.keras.Sequential([L.Input((4,)), L.Dense(6, activation=function), L.BatchNormalization(), L.Dropout(0.3),
                                L.Dense(5, activation=function), L.Dense(3, activation=end)])


def one():
    return tf.keras.Sequential([L.Input((4,)), L.Rescaling(0.5, offset=-1), L.Dense(5, activation="elu"), L.Dense(1, activation="sigmoid")])


def convolution():
    return tf.keras.Sequential([
        L.Input((6, 6, 2)), L.Rescaling(1 / 4), L.Conv2D(3, 3, padding="same", activation="relu"), L.BatchNormalization(),
        L.MaxPooling2D(2), L.Conv2D(4, 3, strides=2, padding="same", activation="relu"), L.Flatten(), L.Dense(3)])


def depthwise():
    given = L.Input((6, 6, 2))
    x = L.Conv2D(2, 1)(L.DepthwiseConv2D(3, padding="same")(given))
    x = L.LeakyReLU(negative_slope=0.1)(L.Add()([x, given]))
    return tf.keras.Model(given, L.Dense(3, activation="softmax")(L.GlobalAveragePooling2D()(x)))


def branches():
    given = L.Input((6, 6, 2))
    x = L.Conv2D(2, 3, activation="tanh")(L.ZeroPadding2D(1)(given))
    x = L.AveragePooling2D(2)(L.Concatenate()([x, given]))
    return tf.keras.Model(given, L.Dense(3)(L.Flatten()(x)))


models = dict(relu=(mlp("relu", "softmax"), "softmax"), tanh=(mlp("tanh", None), None), one_output=(one(), "one-vs-rest"),
              convolution=(convolution(), None), depthwise=(depthwise(), "softmax"), branches=(branches(), None))
random = np.random.default_rng(8)
for name, (model, head) in models.items():
    shape = model.input_shape[1:]
    for layer in model.layers:
        if isinstance(layer, L.BatchNormalization):
            layer.set_weights([w + abs(random.normal(0, 0.3, w.shape)) for w in layer.get_weights()])
    signature = [tf.TensorSpec((None, *shape), tf.float32, name="x")]
    for opset in (9, 13, 17) if name in ("relu", "convolution") else (15,):
        call = tf.function(lambda x: model(x, training=False), input_signature=signature)
        made, _ = tf2onnx.convert.from_function(call, input_signature=signature, opset=opset)
        rows = random.normal(0, 2, (5, *shape)).astype(np.float32)
        record.keep(f"{name.replace('_', '-')}-{opset}", made, rows, dict(scores=made.graph.output[0].name, head=head))
record.write()
