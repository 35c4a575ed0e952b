"""The network of `keras.md`.

    python keras_networks.py      needs tensorflow, tf2onnx and pandas; run beside this file
"""
import pandas
import tensorflow as tf
import tf2onnx

tf.keras.utils.set_random_seed(1)
tf.config.threading.set_intra_op_parallelism_threads(1)
L = tf.keras.layers

table = pandas.read_csv("../../Datasets/wine/data.csv")
table = table[table.index % 5 != 3]  # every fifth row is held out
X = table.drop(columns="cultivar").to_numpy("float32")
y = table.cultivar.str[-1].astype(int).to_numpy()  # class_0, class_1, class_2

mean, deviation = X.mean(0), X.std(0)


def network(scaling):
    return tf.keras.Sequential([
        L.Input((13,)), scaling, L.Dense(16, activation="relu"), L.Dropout(0.2),
        L.Dense(8, activation="relu"), L.Dense(3, activation="softmax")])


def export(model, path):
    signature = [tf.TensorSpec((None, 13), tf.float32, name="rows")]
    call = tf.function(lambda rows: model(rows, training=False), input_signature=signature)
    tf2onnx.convert.from_function(call, input_signature=signature, opset=17, output_path=path)


model = network(L.Rescaling((1 / deviation).tolist(), offset=(-mean / deviation).tolist()))
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(X, y, epochs=60, verbose=0)
export(model, "wine-keras.onnx")

# With Normalization, tf2onnx makes inputs of the means and variances.
scaling = L.Normalization()
scaling.adapt(X)
other = network(scaling)
other.set_weights(scaling.get_weights() + model.get_weights())
export(other, "wine-keras-normalization.onnx")
model.export("try.onnx", format="onnx")
other.export("try2.onnx", format="onnx")
